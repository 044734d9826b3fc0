// Package export writes rows as JSON, JSON lines, CSV, Markdown or Parquet.
//
// [NewWriter] returns a [Writer] for one of the [Formats]. [Into] writes an
// output to a new file. The text formats contain no control characters that
// could harm a terminal, and CSV contains no formulas for a spreadsheet.
package export
