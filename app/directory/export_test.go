package directory

// ImportBatch makes the transactions of imports of so many records, and returns
// how many they were of.
func ImportBatch(n int) (was int) {
	was, importBatch = importBatch, n
	return was
}

// What families type, and what the console shows of a child.
var (
	Household      = place
	RenewChildCode = renewChildCode
)

// SetMassBatch makes mass actions go by so many people, until it is undone.
func SetMassBatch(n int) (undo func()) {
	was := massBatch
	massBatch = n
	return func() { massBatch = was }
}
