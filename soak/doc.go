// Package soak breaks the platform on purpose and counts: real notifyd processes, real
// Redis servers, and simulators as the ledger of what people got. Every row of the table
// that it prints is one fault; "lost" and "twice" are sets compared, not samples.
//
// A short run is part of the tests. "make soak" runs every fault for minutes, SOAK=1h for
// hours.
package soak
