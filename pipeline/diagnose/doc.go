// Package diagnose finds out why a table is wrong. It computes what each
// transform returns on the upstream tables as they are in the lake, compares
// the table with it as a multiset of rows, and searches small changes of the
// transform that return exactly the rows of the table: those that the
// definition names in mistakes/*.sql, and those that it makes of the
// transform's own syntax tree. It changes nothing in the lake.
package diagnose
