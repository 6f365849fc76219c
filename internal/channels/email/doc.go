// Package email sends mail through an SMTP relay, and reads what comes back of it.
//
// On the way out ([Sender]): a message is composed to bytes first (message.go, dkim.go), so
// that nothing can fail in the middle of a transaction. A pool keeps a few hot connections
// to the relay (pool.go). A transaction goes in as few round trips as the relay allows:
// MAIL, RCPT and BDAT with the body in one, or MAIL, RCPT and DATA in one and the body in a
// second, or one by one (conn.go). Replies become faults by the table in answer.go. Several
// relays are several Senders in a [channels.Failover].
//
// On the way back: bounces are read from delivery status notifications, taken in by a
// [Listener] for the bounce domain (bounce.go, listener.go), or from the webhooks of SES,
// SendGrid and Mailgun. All become [Feedback].
//
// go-mail composes the messages, makes the connections and logs in. Its own Send is not
// used: it takes seven round trips for a message, has no context, and reports accepted
// messages as failed (docs/decisions).
package email
