"""Where the frozen window begins: `Slidetray`."""

import multiprocessing

if __name__ == "__main__":
    multiprocessing.freeze_support()
    from gui.__main__ import main

    main()
