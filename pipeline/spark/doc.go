// Package spark builds the tables of a lake with Apache Spark.
//
// Script returns one PySpark script for each derived table. A script depends on
// no other file: it runs unchanged under plain spark-submit and as a job of AWS
// Glue, and can be pasted into Glue's console. The scripts of the STEDI lake
// are in the folder scripts.
//
// Spark's JSON reader is strict about integers, but accepts some lines that
// package ndjson rejects: a number, true or an object in a string column (it
// becomes text), 1e400 (infinite), text after the first object, an array of
// objects (each becomes a row), a duplicate key (the last value counts), a lone
// surrogate (it becomes a question mark). Spark ignores a key whose case
// differs from the schema, and the column is null; it decompresses files with
// the extension of a compressed format. If landing data has none of these, the
// rows equal those of other engines, except for the sign of zero: Spark's
// DISTINCT turns -0.0 into 0.0.
package spark
