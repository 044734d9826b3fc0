package diagnose

import "stedi/pipeline"

// incomparable says why a table cannot be compared with what its transform
// returns, or "": without the rows of a landing table that it is made from, that
// would be other rows.
func (s *session) incomparable(t *pipeline.Table) string {
	above := map[string]bool{}
	s.lake.AddUpstream(t, above)
	for _, up := range s.lake.Tables {
		l := s.tables[up.Name]
		switch {
		case !above[up.Name] || !up.IsLanding():
		case !l.present:
			return "the table cannot be compared, because " + up.Name + " has no file"
		case l.broken:
			return "the table cannot be compared, because files of " + up.Name + " cannot be read"
		}
	}
	return ""
}
