"""Where the frozen command line begins: `slidetray-cli`."""

import multiprocessing

if __name__ == "__main__":
    multiprocessing.freeze_support()
    from core.__main__ import main

    main()
