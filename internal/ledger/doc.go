// Package ledger remembers what became of every delivery, and is asked before each send.
//
// A delivery has one marker, a small hash on the Notifications Redis. A worker claims it,
// sends, and settles it; whoever comes later finds it settled and does nothing. Settling
// writes the marker, the entry of the delivery log (the stream notifications:events) and
// the histories in one script, so that none is ever there without the others:
//
//	(none) ─Claim→ sending ─Settle→ sent | failed | skipped | suppressed
//	                  │  └─Retry, Release→ waiting ─Claim→ sending …
//	                  └─ nobody settled it in time: the next claim is Ambiguous
//
// Events are kept beside the markers, whole and once, with the deliveries that were
// planned for them: jobs carry references only, and an audit can compare what was planned
// with what came of it.
//
// Every writing script carries a token of its call. go-redis repeats a command whose reply
// was lost; the token tells such a repeat from a second call, so that repeating one never
// changes anything, nor its answer. Ages are measured by the Redis server's clock: the
// clocks of the pods need not agree. All keys of a script share one slot.
//
// What it costs, measured with Redis 7.0 (BenchmarkMemory): about 650 bytes for each
// remembered delivery, of which 310 are its marker with its key, 290 its log entry, and
// the rest its place in the person's history; about 1.5 KB for each kept event of three
// deliveries with a payload of 150 bytes; about 200 bytes more where a provider's message
// id is indexed ([Config.Receipts]). All of that lives for [Config.Remember] (72 hours),
// but the log, which is bounded by its own length: a million entries are about 290 MB.
package ledger
