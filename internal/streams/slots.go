package streams

import (
	"slices"
	"strings"
)

// bySlot parts keys by their Cluster slot: one command can only read keys of one slot.
func bySlot(keys []string) [][]string {
	slots := map[uint16][]string{}
	var order []uint16
	for _, k := range keys {
		s := slot(k)
		if _, ok := slots[s]; !ok {
			order = append(order, s)
		}
		slots[s] = append(slots[s], k)
	}
	slices.Sort(order)
	groups := make([][]string, len(order))
	for i, s := range order {
		groups[i] = slots[s]
	}
	return groups
}

// slot is a key's slot (Redis Cluster specification, "Key distribution model" and "Hash
// tags").
func slot(key string) uint16 {
	if _, rest, ok := strings.Cut(key, "{"); ok {
		if tag, _, ok := strings.Cut(rest, "}"); ok && tag != "" {
			key = tag
		}
	}
	return crc16(key) % 16384
}

// crc16 is CRC-16/XMODEM, bit by bit: it runs over names, not over data.
func crc16(s string) uint16 {
	var crc uint16
	for i := range len(s) {
		crc ^= uint16(s[i]) << 8
		for range 8 {
			if crc&0x8000 != 0 {
				crc = crc<<1 ^ 0x1021
			} else {
				crc <<= 1
			}
		}
	}
	return crc
}
