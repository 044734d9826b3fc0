// Package grid shows rows of any number in a pane. It moves, sorts, filters,
// searches, marks and copies them, and reads only the rows around the cursor.
package grid
