--- Keys and reference values of the crypto specs. All were made with OpenSSL's command line (3.0:
-- genpkey, pkey, pkcs8, req, dgst, pkeyutl), never with the code under test, and are used nowhere
-- else. Keys are the base64 of their DER, as a file with PEM markers would alarm secret scanners.

local M = {}

M.der = {
  rsa_pkcs8 =
    "MIICdwIBADANBgkqhkiG9w0BAQEFAASCAmEwggJdAgEAAoGBAOXFRKsa6P0iHbypRqeOYwU+JIMSe7UhgB7avDsvlZc"
    .. "udbEsBNHLVpUMD7FK/oC8/c8VQaSQRxAt8m+9glVxMbPiwCuPCs3+Xk4USBPSF0dy9nIAJQt91ut47buXX01cSZgJqB"
    .. "NNXk/hVlvIUU/Pwm5rmBblLG1xNKB1ZotjLpj/AgMBAAECgYBHYMPXP7HXSSzhudhYHvSF4WsoSKqjdze83giRflPDN"
    .. "kybcGhC4B8SiD+rvPdY+N0D4r+UprlcvllM+xss/dAJUhoWkGTCupWI76oQAOLeHDtuvhJy8tqNW8YXXqzIKKUO45fN"
    .. "OKZNe4UWIc8lyLi/iIFC2EbxLnG2LzmFC87x4QJBAPV2KhQuJwDvLwlheGqEmsQ455FX8Q5I9gnPM8VAv9YlEkgeZHR"
    .. "ZufzxxHxVzOd2mAoTwjEm7Djf5nTz9R29VPECQQDvoqVq4DwEIgJYdYSe4FVaVb2EDKDZ45ZEiXxUsFqUhmGo277C18"
    .. "Tib8/IJmuCH5kNjGL34APZeMtXrd8SgQzvAkEA1RzWw9aePo1rxTU/GxwuUxck1mgH/mMSWsnvJN9mr0JYcQ0SIoKUn"
    .. "Cw8b8b+tCefMYCeJZapmWer6va0ZjGvwQJARzPrtMr16kB0s/YPNunvUo0hZ6gc70EZeDnl0IAqGfGn+PV6RAi6vpF8"
    .. "irsnvJ1I6+anzYEpg6fJu761BpmDzwJBAI7UJpttR95N+pvSmo8Rdhj1Rf7GZWQIR5BqDO3r10FwlIrYsy6H5DRFToS"
    .. "zsGHDU2WM6qWVaZ4k2HKT+ao/wJY=",
  rsa_pkcs1 =
    "MIICXQIBAAKBgQDlxUSrGuj9Ih28qUanjmMFPiSDEnu1IYAe2rw7L5WXLnWxLATRy1aVDA+xSv6AvP3PFUGkkEcQLfJ"
    .. "vvYJVcTGz4sArjwrN/l5OFEgT0hdHcvZyACULfdbreO27l19NXEmYCagTTV5P4VZbyFFPz8Jua5gW5SxtcTSgdWaLYy"
    .. "6Y/wIDAQABAoGAR2DD1z+x10ks4bnYWB70heFrKEiqo3c3vN4IkX5TwzZMm3BoQuAfEog/q7z3WPjdA+K/lKa5XL5ZT"
    .. "PsbLP3QCVIaFpBkwrqViO+qEADi3hw7br4ScvLajVvGF16syCilDuOXzTimTXuFFiHPJci4v4iBQthG8S5xti85hQvO"
    .. "8eECQQD1dioULicA7y8JYXhqhJrEOOeRV/EOSPYJzzPFQL/WJRJIHmR0Wbn88cR8VczndpgKE8IxJuw43+Z08/UdvVT"
    .. "xAkEA76KlauA8BCICWHWEnuBVWlW9hAyg2eOWRIl8VLBalIZhqNu+wtfE4m/PyCZrgh+ZDYxi9+AD2XjLV63fEoEM7w"
    .. "JBANUc1sPWnj6Na8U1PxscLlMXJNZoB/5jElrJ7yTfZq9CWHENEiKClJwsPG/G/rQnnzGAniWWqZlnq+r2tGYxr8ECQ"
    .. "Ecz67TK9epAdLP2Dzbp71KNIWeoHO9BGXg55dCAKhnxp/j1ekQIur6RfIq7J7ydSOvmp82BKYOnybu+tQaZg88CQQCO"
    .. "1CabbUfeTfqb0pqPEXYY9UX+xmVkCEeQagzt69dBcJSK2LMuh+Q0RU6Es7Bhw1NljOqllWmeJNhyk/mqP8CW",
  rsa_spki =
    "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDlxUSrGuj9Ih28qUanjmMFPiSDEnu1IYAe2rw7L5WXLnWxLATRy1a"
    .. "VDA+xSv6AvP3PFUGkkEcQLfJvvYJVcTGz4sArjwrN/l5OFEgT0hdHcvZyACULfdbreO27l19NXEmYCagTTV5P4VZbyF"
    .. "FPz8Jua5gW5SxtcTSgdWaLYy6Y/wIDAQAB",
  rsa_pkcs1_public =
    "MIGJAoGBAOXFRKsa6P0iHbypRqeOYwU+JIMSe7UhgB7avDsvlZcudbEsBNHLVpUMD7FK/oC8/c8VQaSQRxAt8m+9glV"
    .. "xMbPiwCuPCs3+Xk4USBPSF0dy9nIAJQt91ut47buXX01cSZgJqBNNXk/hVlvIUU/Pwm5rmBblLG1xNKB1ZotjLpj/Ag"
    .. "MBAAE=",
  certificate =
    "MIICBjCCAW+gAwIBAgIUDnwDGd/lxRaX34FXKyzNNlO7dDcwDQYJKoZIhvcNAQELBQAwFDESMBAGA1UEAwwJb2JvbCB"
    .. "0ZXN0MCAXDTI2MTEyMjAwMDQyM1oYDzIxMjYxMDI5MDAwNDIzWjAUMRIwEAYDVQQDDAlvYm9sIHRlc3QwgZ8wDQYJKo"
    .. "ZIhvcNAQEBBQADgY0AMIGJAoGBAOXFRKsa6P0iHbypRqeOYwU+JIMSe7UhgB7avDsvlZcudbEsBNHLVpUMD7FK/oC8/"
    .. "c8VQaSQRxAt8m+9glVxMbPiwCuPCs3+Xk4USBPSF0dy9nIAJQt91ut47buXX01cSZgJqBNNXk/hVlvIUU/Pwm5rmBbl"
    .. "LG1xNKB1ZotjLpj/AgMBAAGjUzBRMB0GA1UdDgQWBBRJW9VIBp9RyuYHrrYwS0H4kq/jbDAfBgNVHSMEGDAWgBRJW9V"
    .. "IBp9RyuYHrrYwS0H4kq/jbDAPBgNVHRMBAf8EBTADAQH/MA0GCSqGSIb3DQEBCwUAA4GBAFH2SF41xJBHXUCYcsr/NN"
    .. "aNuaUN/sCw6vzV+l5uyS9v0XzFZg8i6GmLjPDAr2W7hIiyQ7e3GGhukMQKrQHFT+KcYTOyk8lpwVBckY485SEq/ZW7i"
    .. "y0Ue4IqpyK4UIyHVqV7to9JZCqiHrpGuob45wJfyXdeMzR2c0Ib0xlSOf1N",
  encrypted_pkcs8 =
    "MIIC3TBXBgkqhkiG9w0BBQ0wSjApBgkqhkiG9w0BBQwwHAQIY2woWRwVCyICAggAMAwGCCqGSIb3DQIJBQAwHQYJYIZ"
    .. "IAWUDBAEqBBA5e3kHunwH0WxwMunA8XBjBIICgFNIt373fIOyr8Xtq0J1hTVOqM315UWTz50s55FqHX7NrUd0fgJszB"
    .. "/Tmt8njBY3WVNM59mTLbjAyzvTjMoN7gxE/y3efIB0yScaCQQv+AQWN+nRCN/dws7D3IFrNWMX6nQypkodGDbcKrsPp"
    .. "Vt5kWMoeAo9DS1vOFBdTQL2TfjenGxGpUWsT7fq0gqszsUrCxB5q4Z040tqWRy3NyMHpXaM2XAq4DyZIxvUKt5y734y"
    .. "inLnRhNkWEn/iJ6a1T5iZKosDDUFGg5AaKcVu+cFUbDOoQu7VSHbx8yfldvUCMPUgD41l9yXlwmSiNUkiv5t7BPwPos"
    .. "GpK5odioTH/Wy0pt6I1sZjWsOh0lj4Y1kHsi8mVzRZ6YEn0mIg+CIGR/NnTwhVx5kXCc2J4CnxPwT7SfQJvUvwnMypq"
    .. "beWhWQE5YpV2YYrww/jPUlzV8qUzq4NhjFZzo8F9TTDSuT4cZS/9zgL2F4hGMtU7LZ5q+/0rOMbyI29sUTffGTqtGz5"
    .. "8tShtpvSrzB10QGrKt7fq5k4psT74mCOQzwcbUrc1EH3ymdyeVzN9ThREEfcIDIXu0XbDoFnf6/MK/JIgOOVGBd/Xt1"
    .. "tN7N7atZKLFn3v9nMahJ32I15aFzT5RU/fl52STcCnsnoxQiBW8I0W0vUmbbkoQbWfUvcPCSjrUmU6NIWaT0OZrdXGb"
    .. "F9iX2Aie5gUaN/LTHd9aMss6AuKJvlvsFbYfVAZWtLQ8uGmi/N/o9RPRld9CGG0QltJY86qeDGCB8mk5LntVMHO5Z/u"
    .. "qqjVUVNAlW12gS2YgMSZrJEOsZlN4hBFnDxLdIkf+G56lMLneOYGKOGxQm2jIfO/AfNIQ8bOY=",
  encrypted_pkcs1 =
    "SIE3EIRsI+zkdCPo4Lh9SE/E+6OSx3y166XB/1to2S3ZgXH8ggmj/Rsok36NN4+MC5OfH924t45neUpv5AAJ4gCMnR7"
    .. "nbHyctC7m5bR5lKuRlBKFvASDk02iBcQA/GsTN+EupA1fmNivFpldInPLbDKFHdppSKpDPAW6mXT3gNjW0hj+YUuQrj"
    .. "xkWC41RrgrMZzymHuSSQyEsj4MW0nKWBh+TqOMzWlLDkM3+PaA3IVJriOgmMPSuZmfB1tQaU+ADa+e4jv7lSh19gnXY"
    .. "VZnU9sxOCzXWif10ZzKmrfqjH0JzuvgwPwSk2h3EQtz+uLFRNsNFPJbxt/f4fdpC04Bw03OpAd9Cdy7bFz6Pld/Q1VR"
    .. "irJ3Y1bONriDFQkVuzsgEQQAFqgB7Qa/1cZrxvmEiCHcR1eSI+AeQYfkCfqjUti0EEmeGI19z8jenFuU5mTwnvGV15E"
    .. "LaymzmGVFZhNnFi2CwpCz7GA0CMZmUv7XR9YUHQu73XlhvShSihVRiX70hEusaSb/6+be7PnSxXDca/Hb1hyhn0MFT/"
    .. "MAVlFLOwrfOhBcTqYk9TiLGsiF+X4IyQMZ40r7bRlAeQctqnmSOOKSn9r9OWtHxA1MzIj0aGijvQuAWs7t9B2cwBk36"
    .. "mMRfw5cuSM4AvNg+3cOc74325m/CMGRP//ZmrdLv2eneH5nU+rVnFfhrcE8aa7q/cWO4qj20RXaBYu14A0CKZ7EVQyi"
    .. "n5vBr3yW4Ch9rxZY7rQXaN4PQ7pmE++kLLpl7k8evcvkdmz1mwQaoT+EZyvDnRHlBT/Hi5sj30J7BorDIMVWSv88qwp"
    .. "w+PhOXM+yjedN",
  other_pkcs8 =
    "MIICdwIBADANBgkqhkiG9w0BAQEFAASCAmEwggJdAgEAAoGBAKj5B7NL+CfEfL144htfKVZS60yVnKeAhDwifFS4ikT"
    .. "QlYL4YXG1vxnunqbOrbwVFkEkx3WhF8qO6h1RD8j8yM5mdyoeAwn5wI1kTVCprOxCnqnEh2RaW+z04k0rCvVmJKKFas"
    .. "VIPVtMhNe+imb6pKFAnqpsSMoUNODS1mLPN613AgMBAAECgYAhHOQ4a7vOtz+mtcjBim2EYC2CTZNsc8/2JN/ujldyU"
    .. "tnp15jo+q/fehaXI8uCHzPEQlvgHliWNlmEszz/qyIClyYG5LuFtTtm6wO9ZcpZNlDvF7RV43LzNJo9vvvCzGJtRTbC"
    .. "b9u02FeMwHkIkgnddKfi48LKrnk3CqPHwSONkQJBANKibDIijSsjZHCtueWxxaNY19ictrtDYqReoBc3Oq/IEr6Eu8a"
    .. "vRvrUybf60DbxnG4aJuLF9o3IpMPTNU0/KJ8CQQDNXYqeWVpJt9jphi+fFw6cCmlR9x/hxmxN5OwkH0en7PGJJTtYpk"
    .. "izwBlY3mIjyaw/3Quln3stNF85MbvFelQpAkBWoSqyq/c3iMTkeu78A1NvzThpBHs7JYnKZIifQ73FUhozdU/tdWVSA"
    .. "HY+Ts+X6WMW/XaEyjqPMbhiOdmwPYutAkEAt3ll2bjskEXfVisbKqAX3lLy61bEthpnMmRekJsdkqp+1E9eKQJOm8D5"
    .. "JEtyFJUd/eSHfk3wZ1+N33ROVMzImQJBAJalO/FGC14jNmEYX1y8jcIJ8MVYmXNMUbstWsejEwk5xvPk/2Y567v/6Re"
    .. "OyW2iRFsk2rg+giEiob13Op4LieE=",
  odd_pkcs8 =
    "MIICeAIBADANBgkqhkiG9w0BAQEFAASCAmIwggJeAgEAAoGBTQsJbO66W+sTFsBo4lq1uGZre4hElEoRrARHT/NK0N3"
    .. "wgPH1d4wzaDQd4s2bDNFLKZV0M2ZvvmrRh+V6eLdXPBZPmVyNAimQjzmV0zMiIE0GUdVwH5pbG/6eERhuu9rJZopeLh"
    .. "2wohxBbPX8GiisXBEJUmzzEtdTRrn5p1v7IgddAgMBAAECgYEz4oLugbevv5iTcfEwv7YyAYfRIexNkbRlDFyaU1bHY"
    .. "zBdJpYRdLIKM08NNzp8X1cnIienlg0bSATkaH8aXR66pDWtZeL03bzqWW9C2qnfWDLDMXqPRWP7LJ48Bcv90zFnxdUp"
    .. "QQGFeqkYbROdaXagTuD6DTL/HQHatBqrsM6xu2ECQQwtaJttmihhKTYXZluVbNfSwbl80XF7OjFpetcKaXFwbuCT4JV"
    .. "YGf9S0zFPcXXhmipfyUHBFCxJ+FgIFBVY18ULAkEGU6VLrVWIWAvRUuvtDYBbb6JGMHV2ZLpPWt1pqzQF3bTZRv2Lz1"
    .. "RlmxsCLhswbOA3TTC8rsqPAQB8RNJczN9WNwJBANueF/0TtC6MIbRqUJ9pSJcfcLrbYnxE8EA3GDkyjnxWQ1oHo13Oj"
    .. "w89s6aeHqjjHIMdAZXhnvEjHsiK6aoVoVsCQQGQuooR1eLJHgtpf9QEDikRYs4I+VcUrwApVDTr1hBJfZBwvxTTdGc7"
    .. "TCBq9fEyTvt/zrowaQ+eyNb2VDH/wpZbAkBAlzRM8bcgvvG971Y26UCsKP9JtKQe+Ud8OiB69w8+7jyqV6F7OT0tFM5"
    .. "Abg+RnIW41yoTFpGg6yRbmqFRWARG",
  big_pkcs8 =
    "MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQC7HnDUcsdMelhmWPlO1t2/YNGNy6VraG0akGDBq6o"
    .. "zuUt1AAPaxo91W/9/KIZAhAKH3XOes2n3/nwNxUyUusIWBiQ0d/EyDBja2sV+W+QKIBE1jyy85N79amL20Ff0F7jX5e"
    .. "tUCQxyVgYY8EURfuNuH/LmvVScsj+EplK88zbKyS9sQgj7qtBNENl7+cKquVxbf+G5rkwLb2qOsIgT2dA9n1Gtq9QHx"
    .. "Q90tCNlqYxN/pwl6efgn5KMsEiV0AXJP4s4S8kRRonw5cwRrROyM7yA0RArZxs1Vt0l6p+RdICNsQci0cSqa7XOlRVl"
    .. "lziZaph0Z78cgBuPH9emu3VkXbglAgMBAAECggEADnyEFDKBovZa1yueu3+PgdQ7TPy95QOb5MFWOFAzuFbpVFjIs5y"
    .. "JOTcC4AORZzfBIWcf3yK5OsGZNZC3hdEymvVlQqmhgvQkTXc/8HEpRa5nXqvjtQkMCXb9y+lj0covXYmXjzU3ITfvN2"
    .. "mMk1btQRaYncv9G7eCCuE8iRPUQ10vaUcMDTMnFuNVLfI6xbqO2D+4Ae57wdEfj8a1w7qRiZA63pvD7hWZROpjLQwdU"
    .. "XqoYBx3lKibptoAv5Avf9y0IpmCdUvnS52qJiZdUbsJit0wSvmw3wv8IphgMVHDLGEaqP75QbPuuf87FwLMiAzu7jLM"
    .. "VR3JA58KvxxkHDWAUQKBgQDzjqVRm9qf312Hd2h2ztOQ1L2wry907qxQmNfw4UMuS4OmHa84/AN+gJ00+l660I2SLwF"
    .. "a0rRnEAp9p8pe9giBZkkm9/OS3AX/FzAxd7A+wSO/CzqbL9d++hyb2WwpSiAT1npQ4qXSfx7pyx6HpEPTzPUlADH0d7"
    .. "IFkK4YvkLy8QKBgQDErasuNdyPvMf9wVb/CsrPYiZSG2+7W/BUGmM3PxWqtK1jzBkWA6TWy9FmDZTLE9BIExiMy7YMr"
    .. "E7Tvlt5SUvm5vrfaZf1dA+hzDTihsjnknT82zOcBmm5y3V5r+/LZLOfxrcg/65al2atD4wNL45Hd3cdwQZcM3EU63Kt"
    .. "tq+wdQKBgQCbU+nS9hajxwwbDOgufREoWMTxHYiihmSWsiNlmAQETlyTYHMTYIXJ87ROyS4I7mCbTicLCT3MTMqkAJJ"
    .. "rpXUfMWCN3awViQS5/svZgH+CRiLKABtMRWKltFTyf+MfIgr7G9m+JA2lBTVt3QCHeRdYyGm/QzSYuI1sRy0A0rZXwQ"
    .. "KBgGyTw7DbI0xm17GLDs/10Ujz0lv5sZEpjF+hwaw6M2fuHtq9TgwNLu81zgAc90u1QILJp//yZipQ5aOXr0Ah6rkqQ"
    .. "s0bqjxjOk4EQh3ccwUEoXkGOlOkZrGfVNc8/ZC3o0JNncOl40c31gMsVhDhdBaYKTZP3YcBDyiRYtnrxMoRAoGBAOYk"
    .. "OHEvX4Oo89YHMXFAMuMOLZkcHH+QVsLtcgoo0XCGyjGTeUUUhUgIBPJVQHTN9DgQ/Ryc45mYjdFSHL7D7Dd6xU3ngQr"
    .. "IgCMaOzC0LZbkwmOET+eYDMGfLkacnaxknwr5/yXRv6nrrtIicY5IsDlE6CDtJQdLKywXI1aEEQKt",
  short_pkcs8 =
    "MIICcAIBADANBgkqhkiG9w0BAQEFAASCAlowggJWAgEAAoGAAPOcjFPOQdwRkihaJReWRaGQKfIkJ15bWO/DkaCeWWw"
    .. "6SLkXyK47fDSsbu5Cc4Uw5nlGi7YHuxt6xTvn+V92r18lQ+arBxTf1nvlPBYnCwnmDd0Crq8aSNJvbbe6095myPKRUc"
    .. "qwMUld79e8nj0FrgH4g+VZQbDYScNF6wErGZsCAwEAAQJ/IbbyvM540uojni4LoB4N+PQoufhC8o4V2ujoCKCho5bVZ"
    .. "bhi76oP4IJUv+i2cCJ6YyJeR4z+Wik9jrLmEk4spt4/oSMoJMjvElWZt5Ql00WpBxo2Is9kj9HfUy3CDIRV37gSnIDJ"
    .. "D3Jane3wIngxQ38/KGOVNXKSa+BGwK8RYQJAD9HCYwRrTlUM7bHRVEaPqRsH6QmRx0foT7CyrWJ5k9rmu6OYMa0Q2+6"
    .. "4Zd1sWuHx35573eqmPo6IH67d/vlP4wJAD2ZKJ4CjV2sffiZunnyVIrZ3kKSSkxqYFF+UkYMM8nlM9aySkxodNAqfBb"
    .. "LEW/L4QxQD3K26vzxEwmRXU25M6QJAAgBEmIXclQIJKqANnJ14WqnCrGW7fPvJlRsC3w/P1TYhbabZ/56mvUtLJAeIR"
    .. "07Ba8n+XSnrcYpSCb/y8OfUhQJABLfTOl0YLl1crbq6o4YJ7zO2WDOD0NwSAhPyoc5j9hoh8RcpZTZYAizK4eUOchlz"
    .. "5KFKOZ9kmtitPF2fv6kImQJADbEJz6HFsvSIiFHm7DE4WPTn3bu4U/7rUFZ2S/lnF1Bp9G0OK15M4cwHMH1k81pGibp"
    .. "5ynwg04w6fRCej9nx0g==",
  short_spki =
    "MIGeMA0GCSqGSIb3DQEBAQUAA4GMADCBiAKBgADznIxTzkHcEZIoWiUXlkWhkCnyJCdeW1jvw5GgnllsOki5F8iuO3w"
    .. "0rG7uQnOFMOZ5Rou2B7sbesU75/lfdq9fJUPmqwcU39Z75TwWJwsJ5g3dAq6vGkjSb223utPeZsjykVHKsDFJXe/XvJ"
    .. "49Ba4B+IPlWUGw2EnDResBKxmbAgMBAAE=",
  ec_pkcs8 =
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgXL62pkybUi0eSn0xTydmo9tEaL0Y+qtb3WWCA/SiiSy"
    .. "hRANCAASTFaB2hfmn5RLt9mekS8kDYrEdRAi7MljrCszr1T1NXn4ap/5hReCkpoxIXA0IQYAZ89kmMGi9JXgu0ZYl6S"
    .. "r3",
  ec_sec1 =
    "MHcCAQEEIFy+tqZMm1ItHkp9MU8nZqPbRGi9GPqrW91lggP0ooksoAoGCCqGSM49AwEHoUQDQgAEkxWgdoX5p+US7fZ"
    .. "npEvJA2KxHUQIuzJY6wrM69U9TV5+Gqf+YUXgpKaMSFwNCEGAGfPZJjBovSV4LtGWJekq9w==",
  ec_spki =
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEkxWgdoX5p+US7fZnpEvJA2KxHUQIuzJY6wrM69U9TV5+Gqf+YUXgpKa"
    .. "MSFwNCEGAGfPZJjBovSV4LtGWJekq9w==",
  ec_192_pkcs8 =
    "MG8CAQAwEwYHKoZIzj0CAQYIKoZIzj0DAQEEVTBTAgEBBBjBpvyhd2ECGPbqP4XJ92xcr6qCVxuvhwihNAMyAARs4LN"
    .. "R4w6nRScqDY9puWpLRHvFcY2L3FyaMxkAjSdwEsIqON0aGjmtnXnzTAGoKMA=",
  ed25519_pkcs8 =
    "MC4CAQAwBQYDK2VwBCIEIGyDpeiGkpebXstaEiemKv6xYutDcHnCQWsnUNwTtmva",
  ec_parameters = "BggqhkjOPQMBBw==",
}

-- Opens encrypted_pkcs8 and encrypted_pkcs1 (whose PEM has this header).
M.passphrase = "open sesame"
M.encrypted_pkcs1_header = "Proc-Type: 4,ENCRYPTED\n"
  .. "DEK-Info: AES-128-CBC,06EA3D88C8ABAC03929E8CEA207E8939\n\n"

-- Signatures and ciphertexts of "obol" with the key rsa (ec_*: ec), as hexadecimal digits.
-- private_* is pkeyutl -sign without a digest: PKCS #1 padding of type 1.
M.made = {
  pkcs1_sha256 =
    "1cce48970ef8d20e68778ce5894b5ae7f558f4f278e0ce303d012e10d3fa96cb57ed9bcdfdd6f841fea7d47906e"
    .. "97bdcb97471aeb28402c24bccc052d61fc4e990705ac319dd86aee18f7ea49d375f5e57563383097f758d5ccd45"
    .. "b517314fd0a0c94c3d87ec19b5529cf27b58ba7632ef11cf653bbab27c6b8a748d3ed960ab",
  pkcs1_md5 =
    "54e16406a3b7805b6d0949a4def2af8fc71cc9fde62ce24865e5eff07152a7b978e912ffa27511187e6b89a18c4"
    .. "52ba2930de798bbd0240557b60ad96f05e535c833b98e91e123f112274cbb34b81295e7b5a65091fba6df6f3177"
    .. "744158bc421822c2475f9256d0de1c787900f7bf98c79bef862a98952642a59a90e60f5f2c",
  pkcs1_sha1 =
    "cec9300d0f40df4fb982216cc629c734215946ac4c40ccff4473cf24f3af0a6001e6d810bdef39ad94d38d17373"
    .. "b4b7c327e1d010eaf83b3237b0483e4833295f3be2257b9f9329738015cb6f5c240c8e6f89fac06853ed6527785"
    .. "09cd4ee1e6cc8b1cb0633af498806f2a473e7631a1e8ff168acb09439ea3eb08f48d7c6933",
  pss_sha256 =
    "459410552114598a0f5df7905d471a581dfb28c374ec76a6d329edd3bed6390ad4c5e90ca696b0d5b2f99cf4584"
    .. "f114a9fffd49ab3e8fbcb20d8bff16a441f2f5d8bd9401d27671c876a970277307bb6ae938a19bd98cff17fd54b"
    .. "92f82e090fb4805f915c46545e0caa004871ae24d67d2b18e24dea99f075381a5f0b999c82",
  pss_sha256_salt_20 =
    "e46a3498840d47cdb050dae9b1c57c9af0262f5c58579814c972851c1bd45e3a8a8a0463a6ac4003a2b6e711158"
    .. "dc87532822cc95d5ee08895ffd87aea18f5a2e7fa5832a844c99a155643f9ba6afa444b9c29eb5b04bda736d72d"
    .. "3d1b2632660ebeec021ee122975658127e10e266a2acf97fa7175f21367d8bab899fc7fb0d",
  pss_sha1 =
    "6dee5ef71b074de3a6aad66a0fc32aa78f194124586dba314080d1fc4e55d4a87b8590b5b25ecee80f77c196a48"
    .. "20e57b065de07f1cd43512e89a949cd5a9c89054db135b1b1aa04744ecfb396bd857d9fc3995612ae3be6266d0f"
    .. "6718f499d7b2c328a8b6433a4e055e46ec2311b61b4a28e79d317aa51b2cabee3944cbf121",
  ec_sha256 =
    "304502206643805259776200abb2040a8409419d00eb963d971978cb235f827d80e83e9b022100eb018e4db0422"
    .. "44c9f3bde28613afea327f30eea5c65ab0cfbb39ec10be3fcef",
  sealed_pkcs1 =
    "07ffd60fedb20df15279183a337d96f675176f7b03073c52935faee8ce7489dbdeb68ce8c93bb3ff1b71db70767"
    .. "1658f26bd526dca2d3d50093c19e84d92b9d4121c2d9814620c90aeec03ceea4dee4d89361ac603971a134ba5d7"
    .. "a47797afddf1e018df14050c23cb1c44858109fbd17b110b7bb73d7a4f13476cd5740f15c3",
  sealed_pkcs1_empty =
    "50f6c36bb9bddf3e1b48aabe3c9053826a26a6a03fbedc87df9f5dbfcd5096db87e429b55038efd7c35aab98699"
    .. "fe01dede0f997fd7771404fb214445daacd9ff6c1f080ecc2f45078096f7d2d478d1d9ee4bad1d11371e77b20fc"
    .. "d66f6a5777521e495995d9e7b59ee4eff9af04893f4b0988f75540ef81bdc093c6c0619c5b",
  sealed_oaep_sha1 =
    "c135d4970711620cc3f574b1ac18ffa7d9f95f7651d75aacd6d348e85df8281ab3f52040b656a3a8891dd8bbd6d"
    .. "ca20186ebd0c16b29a949e1ba21bf5fd71713f079d0809d1d13e54a3a99c40ac6f7ff00fa8b1c1c1203407cbc10"
    .. "bf7d0447746e796e79a4f7d95fcca13e195377a01a89dadb5b2f20a90f8853528ae431ba50",
  sealed_oaep_sha256 =
    "600aa23740232185812b1c2b93bd4e92208f278b81b26416bfdabe2bdd76e399e9359040d8c6687f81cfc8da5f7"
    .. "ca0721ae5d20cc9be776d023012617080f2fb3fe6284e4ebcc340ec9e3c57206ccd3ac62f4eb8c68ff2c25a8b40"
    .. "c706019679bdc1b0eb5bb8ae6fddd8d0fd8092c9119e7cd11fa76121e250fcdd56e0b354af",
  sealed_oaep_sha256_mgf1_sha1 =
    "15f0a5706f3f74ee1afa70e24e0088656a7fb03994c5d1c2780b70dfb49a92d2430efa0db5b061d107b98c7cb80"
    .. "5b1e3128c56e268c43f53ee24b4f9a8c0cfa5838396cf08ec9abdcb50a85ca6d456692dcc1282eee1ad44e82cde"
    .. "2eb0e45356552203c64eceb164cea63985cf83e827cf2ed76c4d280fc44bfc404f5038ad9c",
  private_pkcs1 =
    "4e4c4feed96a6ab4be5792c6f27f00c12f8287cbcc845b53a7d449726fd23cab1640a459211d206274250edaab4"
    .. "16af4142a1f717e9c22aecef60f58402c962ae92eba05d104bf5e8d4629df79f7cbb9c76b77cf2949198578324e"
    .. "a3501983b30905fe1fea4c9dbacf81e23cc7fac584bbff60e340b2989bcefe3d4c88ee7013",
  private_pkcs1_empty =
    "90d2b7910e07ac5ae11bf84e6cc925120997ba1551b1fa8e346b950227441f3df17cc75fdf79716514aa7b36dd7"
    .. "449eb469a726a1845fcede1a3c9784a67a6c58f10c141bf78886fd0630a6ec36807bff924eb81a1d7e079af7109"
    .. "e766fc02cbd5e2720e9fb5913e073f21398f462a97bb6dea0717849be8775bb088a1745e95",
}

-- Blocks with padding of type 2 and a flaw, encrypted with the key rsa without padding.
M.bad_blocks = {
  { "first byte 1",
    "b4a771b1f56c639885c53ccba8274974eacb5351e476f6d543301c5ed8fa233162aeaf50e05d308270ff4d5fca9"
    .. "b4c34a5b686fb754ff7b823f11a68a6c42e130e1a6b46bbcaf7338ba95c06abdc509e441d870d1f5f127b91e778"
    .. "4d9943bbf4dc95f9dc0e21217f87f7b7218549fe8d8e6b13c6639639f56e535906cb095caa" },
  { "type 1",
    "2c8a57a239588d187a75377a569a2054d22eea5b545f812aeec3aca50c576aecf510b557f9eb091ba3c92be0774"
    .. "e2dbcc9632b9c4de7aac95b90e63de76f61181e14610c8e9ac1737c28c444d65bc020867c873eb8e11f5fc6f935"
    .. "bf33885eca3ef58c0bd1b649b2902755f8d5d988d5502bdb46ac0fc3501d626fbb07e43f64" },
  { "type 0",
    "03e7870cc41e1cb98e8d1e875c1d057740ce1d0eea030075ef79b6bf7c9289b61cfa0a305f02e8cddb0af0cc687"
    .. "e38b3c8a1548f63c14071b03da5e1f02842373ea7328ef99c7b60e18612aa04f2c6fe42d66b5c5f963fd833edae"
    .. "75ca7de35d616d449ff0151652f3fdcef3a23884828e1f11a7672a5b29aa63d1003e33a863" },
  { "no zero after the padding",
    "638849f1739e0af0602979303489329651615fbd348c477d8f981867422b1c7017374732e7836a05cb7b72df1d2"
    .. "a2d8a76e6aa1b6bb0a6b15d52a8c3ebb8e5ce445b960f14579d00e5e2657c1b61544bfde002277d997253d493de"
    .. "9f5b3f85d771dc3d7f3d7cef999af834c0dacb05f881a3620d470ff52e74428a970f4fac0b" },
  { "seven bytes of padding",
    "6739dad255f177e6dc3b9b3458c8f084d4111cdbce0acbf3784426bedf31fba4be80736f59aec551ff68df1e797"
    .. "2e93e1fe808277f336a30e697ce596ccf37ed0a1b48c2ee9852ad3ee62fe5a0157a8e697aa62868c3c7ad98f6f3"
    .. "7787369d05000a0597be1ac6c25d775eb38d2d63ca81f2a0cf8f89c43398957d8fc873e38e" },
  { "no padding",
    "6aa83d665932c8872b35e20129a4e81e459a9060990df428157cab0dffaad2ef72d63a7129f0848f5a34e312988"
    .. "9f68a8a6370dee426efbaa4d92bf37ca8802d43bd79dda965d24010bcc12ccaf96660a8100fe41c9870d576f41a"
    .. "916debd78797e455ce85f1876fa0af1d87f9610e8dacd8790054705811468ee388d0d23a26" },
  { "all zero but the last",
    "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
    .. "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
    .. "00000000000000000000000000000000000000000000000000000000000000000000000001" },
}

-- Blocks at the edge of what is right, and their messages.
M.edge_blocks = {
  { "eight bytes of padding",
    "96bdfc8c55f02de565c50cce250138602ac4658ad9a560ba669dbf12c68ecf7768300d3e69c4c47f3a6b3618762"
    .. "ceb9d303832433adb30fe142a57c3e0e4a5e9cb3668d0aa16937d5ac143b12c7e484e3e865da0777d745979434e"
    .. "66df70e54ac17351b039c740648796054837c844468af033b5f6253954f29b3ed6761110e7",
    ("6d"):rep(117) },
  { "zeros in the message",
    "e154180fb43733efa663dece8b67db4a3189c8455b56aca2b601e473f5dea0e902e5337fd3e3dd98b5626390ba4"
    .. "b87cb3f784dbe9f8baeddac727691c96a1e682d5f4e7dbe82567d3eda2daf287b8c44bd45412ee7a9428c39cdc3"
    .. "4f54a7e46f5fced640b844f03d1aa1296a6ba3a6403e0b63c3c478c3629fd52dac97222d9a", "00006100" },
}

-- Blocks with padding of type 1 and a flaw, encrypted with the private half without padding.
M.bad_private_blocks = {
  { "type 2",
    "8058728e9634da233ad492d924a97ea8794d2084da6b2b4d7428dcb981f05ed9012c704c08d5bf3951780bfb544"
    .. "f7d85568d0c68a62100392be54459c081007d13deb0fc5111358dd9cfcfc076dcb9b8636a277ef566b4e0a5d3ea"
    .. "7160ee9a61ef60dc148e6fc5656c618e536f65a1877b85648c1bd2cc04421aeddbeb4d2e5d" },
  { "first byte 1",
    "b4c7c38581233aa4f354e279f998b7b77cd5c15d7da9e7c210604dabc65e53b8155d5869e4857d29551f8745516"
    .. "c10f46498e7bb852dd09060d46a2ee1aea5e3a77491d1497733d8e3bc5a6527fae580d9f16c83d32aa9188511b7"
    .. "6aee132374647d4db3ec6ddfd7eb5434220350d6085ccc83e4f463748caca26afb6758e823" },
  { "a byte of the padding",
    "5c4d905a16c9a23cda126c273bfddaa34f3969c7fdf2fe65a1d6093a715ccc0380da05d2cf1c467505e43dadb3a"
    .. "53a402ab12b8730c357555becf43a69a37b6b2dfed24eb0e03cdda562948de91fdd460f676edd224c16c6614ddf"
    .. "288c93cf2d565a6a1d15db6a619b716f29bdcc8ae81a39fae419b3cd5c1c86c86a9c166de1" },
  { "seven bytes of padding",
    "ac33dcfa842f0498c16f34bb493b8c4393e3a938f7027e5d042b44f379588511ce1af0b44b8a55af1a9e1492d09"
    .. "405a8466d3c4fc4ec0a0038f87a8c1f3d559eafaf270b12e36f99ba3c10a7cde2c18987336923603cd025d5742d"
    .. "05ba4e08ecc69e201423ac5d701fa3465c7c7ab95fcdebd6e4b43e22d0825eb7a576c915fa" },
  { "no zero after the padding",
    "8122ca1eb0d85a9708722dfce52d743467a5a01df482f67a54a185a6e69882cf00d61b0f758460c4fd3dea1cc16"
    .. "ae97c970e31bec01d0c1adb00f2c35c40d74e3118ab6a642510d0d1ea13e3c7da996c3ed59608faa501aa684257"
    .. "37977c9d63cdb083504b73e53e183af3f8892ea1670254544b14baa8a70f90b1aa7209388e" },
}

-- The modulus of the key rsa: the smallest number that is no ciphertext.
M.modulus =
    "e5c544ab1ae8fd221dbca946a78e63053e2483127bb521801edabc3b2f95972e75b12c04d1cb56950c0fb14afe8"
    .. "0bcfdcf1541a49047102df26fbd82557131b3e2c02b8f0acdfe5e4e144813d2174772f67200250b7dd6eb78edbb"
    .. "975f4d5c499809a8134d5e4fe1565bc8514fcfc26e6b9816e52c6d7134a075668b632e98ff"

--- PEM of a member of `der`.
function M.pem(label, name, header)
  local lines = M.der[name]:gsub(("."):rep(64), "%0\n"):gsub("\n$", "")
  local dashes = ("-"):rep(5)
  return dashes .. "BEGIN " .. label .. dashes .. "\n" .. (header or "") .. lines .. "\n"
    .. dashes .. "END " .. label .. dashes .. "\n"
end

return M
