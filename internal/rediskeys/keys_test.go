package rediskeys

import (
	"strings"
	"testing"
)

func TestKeysOfTheLedgerAreInTheLogsSlot(t *testing.T) {
	for _, key := range []string{Delivery("1"), Event("1"), Topics("order:1"), ByUser("1"), ByEntity("order:1"), ByProviderID("ses", "1")} {
		if got, want := slot(key), slot(Log); got != want {
			t.Errorf("%s is in slot %d, the log in %d", key, got, want)
		}
	}
	for _, key := range []string{DeadOnce("1"), DeadBody("1"), DeadDropped} {
		if got, want := slot(key), slot(Dead); got != want {
			t.Errorf("%s is in slot %d, the dead letters in %d", key, got, want)
		}
	}
}

// slot is a key's place in a Cluster: CRC-16/XMODEM of its hash tag (Redis Cluster
// specification, "Key distribution model").
func slot(key string) int {
	if _, rest, ok := strings.Cut(key, "{"); ok {
		if tag, _, ok := strings.Cut(rest, "}"); ok && tag != "" {
			key = tag
		}
	}
	crc := 0
	for i := range len(key) {
		crc ^= int(key[i]) << 8
		for range 8 {
			crc <<= 1
			if crc&0x10000 != 0 {
				crc ^= 0x11021
			}
		}
	}
	return crc % 16384
}
