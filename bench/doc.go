// Command bench measures the platform beside what one could use instead of it, on one real
// redis-server, in one run, and prints one markdown table (make bench).
//
//	the passport's loop   XREADGROUP COUNT 10, one asynq Enqueue after another, XACK one by one
//	bare asynq            client and server as its README has them
//	watermill             watermill-redisstream's subscriber, whose handler enqueues with asynq
//	go-mail               kept connections of the mail library alone, against the same sink
//	the raw ceiling       the very scripts by which we enqueue, in a plain pipeline by a program
//	                      that does nothing else
//
// Contestants take turns, round by round; the table has medians and the whole spread. All
// share the cores with Redis, so what counts are the ratios of one run, never the figures.
//
// Nothing of ours is switched off: ledger, delivery log, markers, address book, catalogue,
// metrics and the log at info. The two strokes are measured alone, wired as internal/app
// wires them; everything else is measured on a real notifyd process.
package main
