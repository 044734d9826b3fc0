// Package run changes a lake: it plans, builds, checks, publishes and records
// transforms, and rolls tables back. It recovers what an earlier run left
// unfinished. Each operation takes the lock of the lake.
package run
