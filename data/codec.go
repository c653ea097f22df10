package data

import (
	"fmt"

	"github.com/fxamacker/cbor/v2"
)

// encoding writes the same bytes for the same row, whatever its maps.
var encoding = func() cbor.EncMode {
	mode, err := cbor.EncOptions{Sort: cbor.SortBytewiseLexical, Time: cbor.TimeRFC3339Nano}.EncMode()
	if err != nil {
		panic(err)
	}
	return mode
}()

func encode(v any) ([]byte, error) { return encoding.Marshal(v) }

func decodeInto(raw []byte, v any) error {
	if err := cbor.Unmarshal(raw, v); err != nil {
		return fmt.Errorf("%w: %v", ErrDamaged, err)
	}
	return nil
}
