--- What holds for an account of which the rules say nothing: see obol.route.breaker for the words.

return { failures = 5, rate = 0.5, least = 20, window_ms = 60000, pause_ms = 10000, longest_ms = 300000, probes = 2,
  half_life_ms = 600000 }
