-- JSONTestSuite: y_ has to be read, n_ refused, i_ is ours to choose. The folder is not part of the
-- project; without it these cases are shown as pending.
local json = require "obol.json"

local folder = (os.getenv "OBOL_VECTORS" or "../shared/vectors") .. "/jsontestsuite/"

local function read(path)
  local file = io.open(folder .. path, "rb")
  if not file then return nil end
  local text = file:read "*a"
  file:close()
  return text
end

local function list(path)
  local names = {}
  local pipe = io.popen("LC_ALL=C ls '" .. folder .. path .. "' 2>/dev/null")
  for name in pipe:lines() do names[#names + 1] = name end
  pipe:close()
  return names
end

-- Both hold a name twice. RFC 8259 section 4 wants names to be unique and leaves the rest open; of
-- two values for one name a payment may be checked by one and taken by the other.
local refused_although_y = {
  ["y_object_duplicated_key.json"] = true,
  ["y_object_duplicated_key_and_value.json"] = true,
}

-- Numbers of any size are kept as their text, so nothing overflows; 500 levels are over the limit
-- of 128; everything else is text that is not UTF-8, half of a surrogate pair, or a byte order
-- mark.
local choices = {
  ["i_number_double_huge_neg_exp.json"] = { "123.456e-789" },
  ["i_number_huge_exp.json"] = {
    "0.4e006699999999999999999999999999999999999999999999999999999999999999999999999999999999999999"
      .. "99999999999999999999999999999969999999006" },
  ["i_number_neg_int_huge_exp.json"] = { "-1e+9999" },
  ["i_number_pos_double_huge_exp.json"] = { "1.5e+9999" },
  ["i_number_real_neg_overflow.json"] = { "-123123e100000" },
  ["i_number_real_pos_overflow.json"] = { "123123e100000" },
  ["i_number_real_underflow.json"] = { "123e-10000000" },
  ["i_number_too_big_neg_int.json"] = { "-123123123123123123123123123123" },
  ["i_number_too_big_pos_int.json"] = { "100000000000000000000" },
  ["i_number_very_big_negative_int.json"] = { "-237462374673276894279832749832423479823246327846" },
  ["i_object_key_lone_2nd_surrogate.json"] = false,
  ["i_string_1st_surrogate_but_2nd_missing.json"] = false,
  ["i_string_1st_valid_surrogate_2nd_invalid.json"] = false,
  ["i_string_UTF-16LE_with_BOM.json"] = false,
  ["i_string_UTF-8_invalid_sequence.json"] = false,
  ["i_string_UTF8_surrogate_U+D800.json"] = false,
  ["i_string_incomplete_surrogate_and_escape_valid.json"] = false,
  ["i_string_incomplete_surrogate_pair.json"] = false,
  ["i_string_incomplete_surrogates_escape_valid.json"] = false,
  ["i_string_invalid_lonely_surrogate.json"] = false,
  ["i_string_invalid_surrogate.json"] = false,
  ["i_string_invalid_utf-8.json"] = false,
  ["i_string_inverted_surrogates_U+1D11E.json"] = false,
  ["i_string_iso_latin_1.json"] = false,
  ["i_string_lone_second_surrogate.json"] = false,
  ["i_string_lone_utf8_continuation_byte.json"] = false,
  ["i_string_not_in_unicode_range.json"] = false,
  ["i_string_overlong_sequence_2_bytes.json"] = false,
  ["i_string_overlong_sequence_6_bytes.json"] = false,
  ["i_string_overlong_sequence_6_bytes_null.json"] = false,
  ["i_string_truncated-utf-8.json"] = false,
  ["i_string_utf16BE_no_BOM.json"] = false,
  ["i_string_utf16LE_no_BOM.json"] = false,
  ["i_structure_500_nested_arrays.json"] = false,
  ["i_structure_UTF-8_BOM_empty_object.json"] = false,
}

-- What each value becomes; false: refused.
local transforms = {
  ["number_-9223372036854775808.json"] = { "-9223372036854775808" },
  ["number_-9223372036854775809.json"] = { "-9223372036854775809" },
  ["number_1.0.json"] = { "1.0" },
  ["number_1.000000000000000005.json"] = { "1.000000000000000005" },
  ["number_1000000000000000.json"] = { 1000000000000000 },
  ["number_10000000000000000999.json"] = { "10000000000000000999" },
  ["number_1e-999.json"] = { "1E-999" },
  ["number_1e6.json"] = { "1E6" },
  ["number_9223372036854775807.json"] = { "9223372036854775807" },
  ["number_9223372036854775808.json"] = { "9223372036854775808" },
  ["object_key_nfc_nfd.json"] = { ["\195\169"] = "NFC", ["e\204\129"] = "NFD" },
  ["object_key_nfd_nfc.json"] = { ["\195\169"] = "NFC", ["e\204\129"] = "NFD" },
  ["object_same_key_different_values.json"] = false,
  ["object_same_key_same_value.json"] = false,
  ["object_same_key_unclear_values.json"] = false,
  ["string_1_escaped_invalid_codepoint.json"] = false,
  ["string_1_invalid_codepoint.json"] = false,
  ["string_2_escaped_invalid_codepoints.json"] = false,
  ["string_2_invalid_codepoints.json"] = false,
  ["string_3_escaped_invalid_codepoints.json"] = false,
  ["string_3_invalid_codepoints.json"] = false,
  ["string_with_escaped_NULL.json"] = { "A\0B" },
}

local function check(path, expected)
  local value, err = json.decode(read(path))
  if not expected then
    assert.is_nil(value)
    assert.equal("invalid", err.kind)
  else
    assert.is_nil(err)
    if expected ~= true then assert.same(expected, value) end
    -- what was read can be written, and reads as the same
    local text = assert(json.encode(value))
    assert.equal(text, json.encode(json.decode(text)))
  end
end

describe("JSONTestSuite", function()
  if not read "LICENSE" then
    pending("no " .. folder)
    return
  end

  local counts = { y = 0, n = 0, i = 0 }
  for _, name in ipairs(list "test_parsing") do
    local class = name:sub(1, 1)
    counts[class] = counts[class] + 1
    local expected = class == "y" and not refused_although_y[name]
    if class == "i" then expected = choices[name] end
    it(name, function()
      assert.is_not_nil(expected)
      check("test_parsing/" .. name, expected)
    end)
  end

  for name, expected in pairs(transforms) do
    it(name, function() check("test_transform/" .. name, expected) end)
  end

  it("is whole", function()
    assert.same({ y = 95, n = 188, i = 35 }, counts)
    assert.equal(22, #list "test_transform")
  end)
end)
