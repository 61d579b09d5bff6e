#pragma once

/* A pair of 1024 bits that was made for the targets alone: never use it anywhere else. */
static const char fuzz_private[] =
    "MIICdQIBADANBgkqhkiG9w0BAQEFAASCAl8wggJbAgEAAoGBAMurseWxojQrJkIx2ILgXT633dvuilby"
    "troqbUxzlKdWB1dCe7ruxdF/C1Cmv1+Zk+bUQGfL8Qaxbzgml4RxZZYJnFZmT3AO5jaOmCuAA+/grNkY"
    "AFTIC75APuhfhFRngOKDGOEJM6dY8R6km+s71YTArsdW5QGiLu7jYT4asiJZAgMBAAECgYBhtOyTFLSL"
    "8mdYOjF0F86j1/FHIRicvbOLe+8TTh9yZ4L+CZbyBro/1oLHHjeQ1Uxu4ERFh0EJxPVmKp1lnEDu7bFv"
    "q0U1ko/st0XEUe6scLQZ33cSMw+BNv698Bmfw3MIz8NUd3/tc72YKpkuLIhVydBtzsTFt5+oRJ+8PwBC"
    "QQJBAPhVGKqtnQ2xiNRdhzwDaNIECqY/LW1kkXwaHzggKQadr9Gu4qaFJ6dwkJi0iGGZPxXAo1FEI0rY"
    "UL1J2L2Q2U8CQQDR9ZO+lr5bceqCcvVeCJ5AjVyM+a6AjPQr+iThXpGKrz8tV3WiOPIt9bW3FKbxPfJm"
    "vkQTztIfy5wo5HMNsA/XAkAIsjot5+yDCT+IaEoPEPN/v0J8NeQqW4Y4uVV0irPFFoqMpjorqKgN1gRK"
    "RLAt8sbhxSAy/VbbDR4ussJTSRpDAkAmYUncsRmjBbPknLcVtWWYTz731jx760hHMbbEK9FXFKnr0+0A"
    "9n/uvte02+WYe8Zv2aAALvJiNYoaP4h4nBKJAkB9XzfR/RHT92GFobyDwsLOjylXm/9hyp4eesuh7qda"
    "SOIpeMaWSNUmMHAwRRRvCX8hT5EiSJ47eJKoRQmyadeh";

static const char fuzz_public[] =
    "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDLq7HlsaI0KyZCMdiC4F0+t93b7opW8ra6Km1Mc5Sn"
    "VgdXQnu67sXRfwtQpr9fmZPm1EBny/EGsW84JpeEcWWWCZxWZk9wDuY2jpgrgAPv4KzZGABUyAu+QD7o"
    "X4RUZ4DigxjhCTOnWPEepJvrO9WEwK7HVuUBoi7u42E+GrIiWQIDAQAB";
