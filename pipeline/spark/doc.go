// Package spark builds the tables of a lake with Apache Spark.
//
// Script writes one PySpark script for each derived table. A script is complete
// in itself: it runs unchanged under plain spark-submit and as a job of AWS
// Glue, and can be pasted into Glue's console. The scripts of the STEDI lake
// are in the folder scripts.
//
// Spark's JSON reader is strict about integers, but accepts some lines that
// package ndjson rejects: a number, true or an object in a string column (it
// becomes text), 1e400 (infinite), a second object or anything else after the
// first, an array of objects (each is a row), a key given twice (the last one
// counts), a lone surrogate (a question mark). A key in another case than the
// schema's is ignored, and the column is null; a file is decompressed if its
// name says that it is compressed. Rows are the same as on other engines where
// landing data has none of these, except for the sign of zero: Spark's DISTINCT
// turns -0.0 into 0.0.
package spark
