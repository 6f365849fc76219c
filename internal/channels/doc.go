// Package channels holds what all providers share, so that each of them is only its own
// protocol:
//
//   - faults: an answer's status, its Retry-After and its text, sealed so that no error
//     carries a token, an address or a message (fault.go, seal.go);
//   - one HTTP client with deadlines and bounded answers that knows whether a request had
//     left before its answer was lost (httpclient.go);
//   - [Breaker], [Pace] and [Guard]: a provider in trouble is left alone, a provider's limits
//     hold over all pods, and neither costs a message an attempt;
//   - [Failover]: an ordered list of providers for one channel.
//
// The providers live below: email, telegram, sms, push. Each turns its protocol's answers
// into a [notify.SendError] at its border, and passes the suite of package channelstest.
package channels
