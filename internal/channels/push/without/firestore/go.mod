module cloud.google.com/go/firestore

go 1.26.8

require google.golang.org/api v0.311.0
