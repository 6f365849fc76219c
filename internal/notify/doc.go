// Package notify is the vocabulary of the platform, in the order in which one meets it:
//
//	Event → Plan → Delivery → Message → Receipt → Outcome
//
// A producer's stream entry becomes an [Event]. Routing turns it into a [Plan]: what is
// to be sent, what is not, and why. A [Delivery] is one event to one recipient by one
// channel: the unit of work, of retry, of idempotency and of the log. Rendering makes it
// a [Message]; a provider takes the message and answers with a [Receipt] or a
// [SendError]; what became of it is an [Outcome], one entry of the delivery log.
//
// The package holds nouns and the pure rules that belong to them. It does no I/O and
// imports nothing of ours.
package notify
