// Package pipeline is the platform in two strokes. [Dispatcher.Dispatch] turns events
// into jobs: learn → route → keep → enqueue → record the skips. [Deliverer.Deliver] turns
// a job into a sent message: claim → still wanted? → render → send → record.
//
// Both are made to be repeated: every step before the last may run twice with the effect
// of once, and nothing is acknowledged before it is durable. Collaborators are interfaces
// of this package, one or two methods each.
package pipeline
