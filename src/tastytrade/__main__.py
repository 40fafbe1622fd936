from tastytrade.cli import main

main()
