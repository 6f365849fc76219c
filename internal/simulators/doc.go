// Package simulators is the outside world on loopback: servers that speak SMTP, the
// Telegram Bot API, the SMS providers' HTTP APIs, SMPP and FCM for real, keep what they
// accept in an [Inbox], and can be told to fail by [Troubles]. Dev mode, tests and benchmarks
// point the real senders at them; only the addresses differ. It imports nothing of ours.
package simulators
