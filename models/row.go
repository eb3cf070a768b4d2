package models

import "gorm.io/gorm"

// GORM's own generic interface compiles nearly a thousand functions anew for each type of row; these two are all that is
// wanted of it.

// first gives the first row of a query, by its order or else by its key, or gorm.ErrRecordNotFound.
func first[T any](query *gorm.DB) (row T, err error) {
	err = query.First(&row).Error
	return row, err
}

// list gives all rows of a query; none is no error.
func list[T any](query *gorm.DB) (rows []T, err error) {
	err = query.Find(&rows).Error
	return rows, err
}
