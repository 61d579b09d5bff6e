-- Every member of a row that C tables have can be written in Lua too, or says here why not.

local cli = require "spec.cli.support"

-- Functions, what other members stand for, and what is no business of a definition.
local LEFT_OUT = {
  obol_field = { make = "a function", read = "a function", flags = "one word each, see below" },
  obol_outcome_row = {},
  obol_operation = { name = "the key in the table of operations" },
  obol_notification = {},
  obol_acknowledgement = { word = "the key in the table" },
  obol_provider = { prepare = "a function", release = "a function", exponents = "written `places`",
    call_timeout_ms = "written `timeout_ms`", wants_nonce = "a function that signs always gets one" },
}

local function declarations(path)
  return (cli.read(path):gsub("/%*.-%*/", ""))
end

-- The names of a struct's members.
local function members(text, struct)
  local names = {}
  local body = assert(text:match("\nstruct " .. struct .. " {\n(.-)\n};"), struct)
  for declaration in body:gmatch "([^;]+);" do
    for name in declaration:gsub("^.-([%w_]+%s*,)", "%1"):gmatch "([%w_]+)%s*%f[,%z]" do
      names[#names + 1] = name
    end
  end
  return names
end

local function compiler()
  local text = {}
  for path in cli.output("ls core/schema/compile*.c"):gmatch "%S+" do text[#text + 1] = declarations(path) end
  return table.concat(text)
end

describe("the compiler of definitions", function()
  local code = compiler()
  local headers = declarations "core/schema/field.h" .. declarations "core/schema/operation.h"
    .. declarations "core/schema/provider.h"

  for struct, left_out in pairs(LEFT_OUT) do
    it("has every member of struct " .. struct, function()
      local names = members(headers, struct)
      assert.is_true(#names > 2)
      local macro = ({ obol_field = "OBOL_MEMBER%(obol_field, ", obol_outcome_row = "ROW%(",
        obol_operation = "OPERATION%(", obol_notification = "NOTIFICATION%(",
        obol_acknowledgement = "ACKNOWLEDGEMENT%(", obol_provider = "PROVIDER%(\"" })[struct]
      for _, name in ipairs(names) do
        local there = code:find(macro .. name .. "[%)\"]") ~= nil
        assert.is_true(there or left_out[name] ~= nil, struct .. "." .. name .. " has no line")
        assert.is_false(there and left_out[name] ~= nil, struct .. "." .. name .. " is left out, and is there")
      end
    end)
  end

  it("has every flag of a row, and every form", function()
    local flags = headers:match "\nenum {\n%s+OBOL_REQUIRED.-};"
    local count = 0
    for name in flags:gmatch "(OBOL_[%u_]+) =" do
      count = count + 1
      assert.is_true(name == "OBOL_MUST_FIT" or code:find(", " .. name .. ")", 1, true) ~= nil, name)
    end
    for name in headers:match "\nenum obol_as {(.-)};":gmatch "OBOL_[%u_]+" do
      count = count + 1
      assert.is_true(name == "OBOL_AS_PLAIN" or code:find(", " .. name .. "}", 1, true) ~= nil, name)
      assert.is_true(name == "OBOL_AS_PLAIN" or code:find("FORM(" .. name .. ")", 1, true) ~= nil, name)
    end
    assert.is_true(count > 18)
  end)
end)
