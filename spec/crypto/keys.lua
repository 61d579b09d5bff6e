--- Keys and reference values of the crypto specs. OpenSSL's command line makes them anew for every
-- file of specs, never the code under test: so no private key stands in the tree.
--
-- `der`: keys as the base64 of their DER. `made`: signatures and ciphertexts of "obol" with the key
-- rsa (ec_*: ec). `bad_blocks`, `edge_blocks`: blocks with padding of type 2, encrypted as they are
-- with the key rsa; `bad_private_blocks`: the same with type 1 and the private half. `modulus`: the
-- key's, which is the smallest number that is no ciphertext. All but `der` are raw bytes.

local crypto = require "obol.crypto"

local M = { der = {}, made = {}, bad_blocks = {}, edge_blocks = {}, bad_private_blocks = {} }

M.passphrase = "open sesame"

local script = [==[
set -e
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
emit() { printf '%s %s ' "$1" "$2"; base64 -w0; echo; }
rsa() { openssl genpkey -quiet -algorithm RSA -pkeyopt "rsa_keygen_bits:$1" 2>/dev/null; }
der() { openssl pkey -outform DER "$@"; }
rsa 1024 >rsa; rsa 1024 >other; rsa 1031 >odd; rsa 2048 >big; rsa 1016 >short
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 >ec
for name in rsa other odd big short ec; do
  openssl pkcs8 -topk8 -nocrypt -in $name -outform DER | emit der ${name}_pkcs8
  der -in $name -pubout | emit der ${name}_spki
done
openssl rsa -in rsa -traditional -outform DER 2>/dev/null | emit der rsa_pkcs1
openssl ec -in ec -outform DER 2>/dev/null | emit der ec_sec1
openssl rsa -in rsa -RSAPublicKey_out -outform DER 2>/dev/null | emit der rsa_pkcs1_public
openssl req -x509 -new -key rsa -subj /CN=obol -days 9 -outform DER | emit der certificate
openssl pkcs8 -topk8 -in rsa -v2 aes-256-cbc -iter 2048 -passout 'pass:open sesame' -outform DER |
  emit der encrypted_pkcs8
openssl pkey -in rsa -traditional -aes-128-cbc -passout 'pass:open sesame' >legacy
emit pem encrypted_pkcs1 <legacy
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:prime192v1 -outform DER |
  emit der ec_192_pkcs8
openssl genpkey -algorithm ED25519 -outform DER | emit der ed25519_pkcs8
openssl ecparam -name prime256v1 -outform DER | emit der ec_parameters

printf obol >data
: >nothing
for digest in md5 sha1 sha256; do
  openssl dgst -$digest -sign rsa data | emit made pkcs1_$digest
done
pss() {
  openssl dgst -$1 -sign rsa -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:$2 data
}
pss sha1 20 | emit made pss_sha1
pss sha256 32 | emit made pss_sha256
pss sha256 20 | emit made pss_sha256_salt_20
openssl dgst -sha256 -sign ec data | emit made ec_sha256
seal() {
  file=$1; shift
  options=; for option; do options="$options -pkeyopt $option"; done
  openssl pkeyutl -encrypt -inkey rsa -in "$file" $options
}
oaep="rsa_padding_mode:oaep rsa_oaep_md"
seal data rsa_padding_mode:pkcs1 | emit made sealed_pkcs1
seal nothing rsa_padding_mode:pkcs1 | emit made sealed_pkcs1_empty
seal data $oaep:sha1 rsa_mgf1_md:sha1 | emit made sealed_oaep_sha1
seal data $oaep:sha256 rsa_mgf1_md:sha256 | emit made sealed_oaep_sha256
seal data $oaep:sha256 rsa_mgf1_md:sha1 | emit made sealed_oaep_sha256_mgf1_sha1
# without a digest, a signature is padding of type 1 around the data
for file in data nothing; do
  openssl pkeyutl -sign -inkey rsa -in $file -pkeyopt rsa_padding_mode:pkcs1 |
    emit made private_$file
done
openssl rsa -in rsa -modulus -noout | emit text modulus

# beginning, number and kind of the bytes that follow, end
block() { printf "$1"; head -c "$2" /dev/zero | tr '\0' "$3"; printf "$4"; }
public() { block "$3" "$4" "$5" "$6" >block; seal block rsa_padding_mode:none | emit "$1" "$2"; }
private() {
  block "$2" "$3" "$4" "$5" >block
  openssl pkeyutl -decrypt -inkey rsa -in block -pkeyopt rsa_padding_mode:none |
    emit bad_private_blocks "$1"
}
message() { head -c "$1" /dev/zero | tr '\0' m; }
public bad_blocks first_byte_is_1 '\001\002' 121 U '\000obol'
public bad_blocks type_1 '\000\001' 121 '\377' '\000obol'
public bad_blocks type_0 '\000\000' 121 U '\000obol'
public bad_blocks no_zero_after_the_padding '\000\002' 126 U ''
public bad_blocks seven_bytes_of_padding '\000\002' 7 U "\\000$(message 118)"
public bad_blocks no_padding '\000\002\000' 125 m ''
public bad_blocks zeros '' 127 '\0' '\001'
public edge_blocks eight_bytes_of_padding '\000\002' 8 U "\\000$(message 117)"
public edge_blocks zeros_in_the_message '\000\002' 121 U '\000\000\000a\000'
private type_2 '\000\002' 121 '\377' '\000obol'
private first_byte_is_1 '\001\001' 121 '\377' '\000obol'
private a_byte_of_the_padding '\000\001' 120 '\377' '\376\000obol'
private seven_bytes_of_padding '\000\001' 7 '\377' "\\000$(message 118)"
private no_zero_after_the_padding '\000\001' 126 '\377' ''
echo end
]==]

local function run()
  local path = os.tmpname()
  local file = assert(io.open(path, "w"))
  file:write(script)
  file:close()
  -- what a sanitizer preloads into this process would find fault with the command
  local pipe = assert(io.popen("LD_PRELOAD= sh " .. path, "r"))
  local lines, last = {}, nil
  for line in pipe:lines() do
    lines[#lines + 1], last = line, line
  end
  pipe:close()
  os.remove(path)
  assert(last == "end", "the openssl command did not make the keys")
  lines[#lines] = nil
  return lines
end

for _, line in ipairs(run()) do
  local kind, name, base64 = line:match "^(%S+) (%S+) (%S*)$"
  local bytes = assert(crypto.unbase64(base64))
  if kind == "der" then
    M.der[name] = base64
  elseif kind == "pem" then
    M[name .. "_pem"] = bytes
  elseif kind == "text" then
    M.modulus = assert(crypto.unhex(bytes:match "=(%x+)"))
  else
    M[kind][name] = bytes
  end
end

--- PEM of a member of `der`.
function M.pem(label, name)
  local lines = M.der[name]:gsub(("."):rep(64), "%0\n"):gsub("\n$", "")
  local dashes = ("-"):rep(5)
  return dashes .. "BEGIN " .. label .. dashes .. "\n" .. lines .. "\n"
    .. dashes .. "END " .. label .. dashes .. "\n"
end

return M
