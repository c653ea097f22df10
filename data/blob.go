package data

var blobBucket = []byte("blobs")
