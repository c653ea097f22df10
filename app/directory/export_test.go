package directory

// ImportBatch makes the transactions of imports of so many records, and returns
// how many they were of.
func ImportBatch(n int) (was int) {
	was, importBatch = importBatch, n
	return was
}
