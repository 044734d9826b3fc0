// Package pager pages through rows of any number, forward and back, with
// bounded memory.
//
// A [Source] is a sequence of rows: the files of a table as they are stored
// ([OpenFiles]), a table sorted and filtered by SQL ([OpenView]), the result of
// a query ([Spool]), or rows filtered and sorted in memory ([Arrange]). [Find]
// searches a source, and [Export] writes it.
package pager
