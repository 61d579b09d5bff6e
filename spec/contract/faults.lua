-- Kinds of faults by what they leave behind.

return {
  -- The provider has acted, and its answer does not come, or cannot be read.
  lost = { "commit_then_drop", "reset", "torn", "truncated", "empty", "html", "not_json", "wrong_types",
    "duplicate_names", "wrong_envelope", "unlisted_code", "system_error", "status_500", "two_content_lengths",
    "stall_headers", "stall_body", "drip", "oversized", "gzip_bomb" },
  -- Something in front of the provider has answered; the provider has not acted.
  before = { "status_503", "status_429", "status_401", "status_402", "status_403", "redirect" },
}
