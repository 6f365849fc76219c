// Package streams reads the platform's events: it finds the streams of a source Redis,
// reads them as a member of a consumer group, decodes what producers really write, hands
// batches on, and acknowledges what is safe elsewhere.
//
//	discovery → read → decode → check → dispatch → acknowledge
//	                      │        │        └ failed: stays pending, tried again, set aside after MaxTries
//	                      └────────┴ can't ever be read: set aside at once
//
// One [Reader] serves one source. It never lets one bad stream stop the others, nor one
// bad entry its batch. What it promises: an entry is acknowledged only after its dispatch
// answered nil or its letter lies in the dead letters ([DeadLetters]); everything before
// that may happen twice.
//
// It needs Redis 6.2, standalone, Sentinel or Cluster, and uses nothing newer. Where a
// newer server tells more (entries-added), it counts what trimming took, too.
package streams
