package data

// Unlabelled names the fields of logged tables whose tag does not say what the
// journal calls them: a test of the whole schema expects none.
func Unlabelled(tables []Schema) (fields []string) {
	for _, t := range tables {
		fields = append(fields, t.unlabelled()...)
	}
	return fields
}
