// What Linux has for pinning threads to processors, which Swift doesn't import: an extension of GNU.
#pragma once

/// Lets a thread run on these processors only. 0, or the `errno`; `ENOSYS` where the system can't.
int dbbench_pin_thread(int thread, const int *processors, int count);
