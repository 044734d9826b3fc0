// Package sample writes synthetic landing data for the STEDI lake: customers,
// accelerometer readings and step trainer readings. The row counts after every
// transform are known beforehand, for each variant of the definition.
//
//	manifest, err := sample.Write(ctx, "lake", sample.Options{Scale: 1, Seed: 42})
//
// At scale 1 the eight counts are those of the original STEDI data set; at
// scale n they are n times as large. All people are invented. The same options
// give the same bytes on every machine.
//
// Options can make a lake dirty. A dirty lake has the rows of the clean one and
// in addition rows that the transforms must drop or keep, files of odd forms,
// and lines that a strict reader rejects. The counts are then computed from the
// written rows, and the manifest describes the dirt.
package sample
