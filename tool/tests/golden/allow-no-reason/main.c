int start(void *a);
