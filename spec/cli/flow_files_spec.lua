-- obol flow where there is no ledger that lasts, and what it says of files with mistakes.

local support = require "spec.cli.support"

