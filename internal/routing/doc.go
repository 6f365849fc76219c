// Package routing is the rule book: who hears of an event, by which channel, in which
// language, until when, and who does not and why.
//
//	Route        an event → its plan
//	Page         a page of a broadcast → the plan of those people
//	StillWanted  a planned delivery, at the time of sending → go, or how it ends
//	Explain      an event → the plan with its reasons, through the very code of Route
//
// The rules are the catalogue's ([eventtypes.Type]), changed by the operators' overrides
// and, event by event, by the producer's wishes. People are looked up in a [Book]; all
// else is pure. The people of one event cost at most three round trips: links, audiences,
// contacts.
package routing
