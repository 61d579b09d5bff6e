# Runs suites of tests and keeps their counts, so that several stages can be summed. Sourced by bash,
# with `stage` set; BUILD names the folder of builds, LANES how many suites may run at once.
#
# A suite is a command. It may write "PASSED FAILED SKIPPED" lines to the file $OBOL_COUNTS; one
# that writes nothing counts as a single test that its exit status decides. A suite that fails
# without a failed test counts one, and so does one that ran nothing at all: neither can hide.

: "${BUILD:=build}" "${SUITE_SECONDS:=900}" "${LANES:=$(nproc)}"
counts=$BUILD/counts/$stage
stage_failed=0
rm -rf "$counts"
mkdir -p "$counts"

# suite_watch PID SECONDS: says what runs below the process after so long, when it is about to be ended: what hangs
# is gone a moment later.
suite_watch() {
  trap 'kill $!; exit' TERM
  sleep "$2" >/dev/null 2>&1 &
  wait $!
  trap - TERM
  suite_below="$1"
  while [ -n "$suite_below" ]; do
    ps -o pid,ppid,etimes,time,stat,wchan:24,args -p "$suite_below" | cut -c1-240
    suite_below=$(ps -o pid= --ppid "$suite_below" | tr -s ' \n' ',' | sed 's/^,//; s/,$//')
  done
}

# suite NAME COMMAND...
suite() {
  suite_name=$1
  shift
  printf '\n== %s: %s\n' "$stage" "$suite_name"
  suite_counts=$counts/$suite_name
  : >"$suite_counts.raw"
  suite_began=$(date +%s)
  suite_status=0
  OBOL_COUNTS=$(pwd)/$suite_counts.raw
  case $counts in /*) OBOL_COUNTS=$suite_counts.raw ;; esac
  export OBOL_COUNTS
  timeout -k 10 "$SUITE_SECONDS" "$@" </dev/null &
  suite_pid=$!
  suite_watch "$suite_pid" $((SUITE_SECONDS - 20)) &
  wait "$suite_pid" || suite_status=$?
  kill $! 2>/dev/null
  wait $! 2>/dev/null
  if [ "$suite_status" = 124 ]; then
    echo "$suite_name: over its $SUITE_SECONDS seconds, in $(cat "$OBOL_COUNTS.at" 2>/dev/null)"
  fi
  rm -f "$OBOL_COUNTS.at"
  awk -v status="$suite_status" '
    { lines++; passed += $1; failed += $2; skipped += $3 }
    END {
      if (lines == 0 && status == 0) passed = 1
      else if (failed == 0 && (status != 0 || passed + skipped == 0)) failed = 1
      printf "%d %d %d\n", passed, failed, skipped
    }' "$suite_counts.raw" >"$suite_counts"
  rm -f "$suite_counts.raw"
  read -r suite_passed suite_failed suite_skipped <"$suite_counts"
  printf -- '-- %s: %s passed, %s failed, %s skipped, %s s\n' "$suite_name" "$suite_passed" \
    "$suite_failed" "$suite_skipped" $(($(date +%s) - suite_began))
  if [ "$suite_failed" != 0 ]; then stage_failed=1; fi
}

# beside NAME COMMAND...: the same beside what else runs, once a lane is free; `gather` waits for all of
# those, and shows them one after the other.
beside_names=
beside() {
  while [ "$(jobs -pr | wc -l)" -ge "$LANES" ]; do wait -n; done
  beside_names="$beside_names $1"
  (suite "$@") >"$counts/$1.log" 2>&1 &
}
gather() {
  wait
  for beside_name in $beside_names; do
    cat "$counts/$beside_name.log"
    rm -f "$counts/$beside_name.log"
    [ -f "$counts/$beside_name" ] || echo "0 1 0" >"$counts/$beside_name"
    read -r suite_passed suite_failed suite_skipped <"$counts/$beside_name"
    if [ "$suite_failed" != 0 ]; then stage_failed=1; fi
  done
  beside_names=
}

# The last line of a stage: its suites, and how it ended, which is the exit status.
finish() {
  printf '\n'
  for finish_file in "$counts"/*; do
    printf '%-24s %s\n' "${finish_file##*/}" \
      "$(awk '{ printf "%5d passed %3d failed %3d skipped", $1, $2, $3 }' "$finish_file")"
  done
  exit "$stage_failed"
}
