-- The report of what each provider costs to write.

local cli = require "spec.cli.support"

describe("the report of providers' lines", function()
  local folder
  setup(function()
    folder = cli.folder()
    os.execute(("mkdir -p %s/core/provider/fig %s/scripts/providers"):format(folder, folder))
  end)
  teardown(function() cli.remove(folder) end)

  local function report()
    local said = cli.output(("lua5.4 scripts/check/provider_lines.lua %s; echo status $?"):format(folder))
    return said, said:match "status (%d+)"
  end

  it("fails where there is none", function()
    assert.equal("1", select(2, report()))
  end)

  it("counts tables, functions, comments and blank lines apart", function()
    cli.write(folder .. "/core/provider/fig/fig.c", table.concat({
      "/* why", " * and how */", "#include \"x.h\"", "", "static const int rows[] = {", "    1, /* one */", "};", "",
      "static bool sign(int a,", "                 int b)", "{", "    return a == b; /* same */", "}", "" }, "\n"))
    cli.write(folder .. "/scripts/providers/plum.lua", table.concat({
      "-- why", "local function sign(request)", "  -- how", "  return request", "end", "", "return {", "  open = sign,",
      "}", "" }, "\n"))
    local said, status = report()
    assert.equal("0", status)
    assert.truthy(said:find "^provider +files +tables +functions +comments +blank +total\n")
    assert.truthy(said:find "\nfig +1 +4 +5 +2 +2 +13\n")
    assert.truthy(said:find "\nscripts/providers/plum%.lua +1 +3 +3 +2 +1 +9\n")
  end)
end)
