// Package soak breaks the platform on purpose and counts: real notifyd processes, real
// Redis servers, and simulators as the ledger of what people got. Every row of the table
// that it prints is one fault; "lost" and "twice" are sets compared, not samples.
//
// A short run is part of the tests. "make soak" runs every fault, with six minutes of load in
// all and about twice that until all is settled and counted; SOAK=1h spreads an hour over the
// faults.
package soak
