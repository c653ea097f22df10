package directory

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"preau/app/format/aaf"
)

// TestLargeIndex: what a large académie had staged is read back by the run that
// resumes: a decoder's usual bounds stop at 131,072 entries.
func TestLargeIndex(t *testing.T) {
	const many = 140_000
	records := make(map[string]staged, many)
	for i := range many {
		records[fmt.Sprint(i)] = staged{At: int64(i)}
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, objectsName), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	st := &staging{Batches: []batch{{Kind: aaf.Complete, Records: map[aaf.Degree]map[aaf.Category]map[string]staged{aaf.Second: {aaf.Students: records}}}}}
	if err := st.save(dir); err != nil {
		t.Fatal(err)
	}
	again, err := loadStaging(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer again.close()
	if n := len(again.Batches[0].Records[aaf.Second][aaf.Students]); n != many {
		t.Errorf("%d records come back", n)
	}
}
