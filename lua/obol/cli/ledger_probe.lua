--- Whether the ledger can be used by the user that runs this: files, folder, server, version.

local M = {}

local function quote(text) return "'" .. text:gsub("'", "'\\''") .. "'" end

-- As `test` says: whether the user that runs this may.
local function may(what, path)
  local status = os.execute(("test -%s %s"):format(what, quote(path)))
  return status == true or status == 0
end

-- Whether files and folder let a database be written there: true, or false when it was told that not.
local function check_files(list, path)
  local folder = path:match "^(.*)/[^/]*$" or "."
  if folder == "" then folder = "/" end
  if may("d", path) then
    list.add("fail", "ledger", "a folder is where its file has to be", "name a file in the configuration")
    return false
  end
  if not may("w", folder) or not may("x", folder) then
    list.add("fail", "ledger", "its folder cannot be written by the user that runs this",
      "SQLite keeps a journal beside the file: give the folder to that user")
    return false
  end
  for _, behind in ipairs { "", "-wal", "-shm" } do
    if may("e", path .. behind) and not (may("r", path .. behind) and may("w", path .. behind)) then
      list.add("fail", "ledger", ("its file%s cannot be read and written by the user that runs this")
        :format(behind == "" and "" or " `" .. behind .. "`"),
        "a program of another user may have made it: let all of them run as one user")
      return false
    end
  end
  return true
end

local function check_about(list, about, kind)
  local where = kind .. " " .. about.server
  if about.version > about.newest then
    list.add("fail", "ledger", ("%s: its tables are of version %d, this library knows %d"):format(where, about.version,
      about.newest), "a newer version of this library made it: install that here too")
  elseif about.version < about.newest then
    list.add("warn", "ledger", ("%s: its tables are of version %d, and will be brought to %d"):format(where,
      about.version, about.newest), "`obol ledger migrate` does so now; else the first program that opens it")
  else
    list.add("ok", "ledger", ("%s: tables of version %d"):format(where, about.version))
  end
end

--- Adds what is to be said of the ledger at `place` (as the configuration was understood) to the list.
function M.check(list, ledger, place)
  local path = type(place) == "string" and place:match "^sqlite:(.*)$"
  if not ledger.durable then
    list.add("warn", "ledger", "in memory: a restart forgets every payment", "good for tests alone")
    return
  end
  if path then
    if not check_files(list, path) then return end
    if not may("e", path) then
      list.add("ok", "ledger", "SQLite: its file is not there yet and can be made")
      return
    end
  end
  local store = ledger.store
  if not store or not store.about then return end
  local about, err = store:about()
  if not about then
    list.add("fail", "ledger", tostring(err), path and "restore it from a backup, or name another file"
      or "check the server's address, user and password, and that it runs")
    return
  end
  check_about(list, about, path and "SQLite" or "PostgreSQL")
end

return M
