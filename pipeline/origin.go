package pipeline

// Origin says who built the files of a derived table. A landing table and a
// table without files have none.
type Origin string

// The origins.
const (
	Managed   Origin = "managed"   // stedi published them
	Unmanaged Origin = "unmanaged" // others built them, and stedi never did
	Modified  Origin = "modified"  // stedi published them, and others changed them since
)

// What screens and reports call tables that are not Managed.
const (
	BuiltElsewhere  = "built elsewhere"
	ModifiedOutside = "modified outside stedi"
)

// Note says for people what is to be known of the origin; "" for a table that
// stedi manages.
func (o Origin) Note() string {
	switch o {
	case Unmanaged:
		return BuiltElsewhere
	case Modified:
		return ModifiedOutside
	case Managed:
	}
	return ""
}
