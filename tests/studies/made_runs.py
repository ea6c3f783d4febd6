"""What the tests of this folder share: an executor that waits for nobody, and runs compared."""

import json
from concurrent.futures import Executor, Future


class Inline(Executor):
    """Makes each run at once, in this process."""

    def submit(self, function, /, *arguments, **named):
        future = Future()
        future.set_running_or_notify_cancel()
        try:
            future.set_result(function(*arguments, **named))
        except Exception as error:
            future.set_exception(error)
        return future


def content(store):
    """Return the files of a study without what depends on the moment."""
    files = {}
    for path in store.folder.iterdir():
        values = json.loads(path.read_text())
        for name in ("duration_s", "epoch_ms_per_update"):
            del values[name]
        del values["environment"]["date"], values["environment"]["core_s"]
        for name in ("duration_s", "ms_per_update"):
            del values["summary"][name]
        files[path.name] = json.dumps(values)
    return files
