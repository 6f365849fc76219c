// Package sms knows how a text message travels: in which alphabet, in how many segments,
// and how to write it so that it takes fewer. Rendering, linting, previews and the
// providers count with the same rules, so that what is shown is what is paid for.
//
// GSM-7 (3GPP TS 23.038): 160 septets alone, 153 in each of several segments; the
// characters of the extension table cost two. UCS-2: 70 and 67 UTF-16 units.
package sms
