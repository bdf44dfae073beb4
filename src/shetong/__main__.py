from shetong.cli import main

main()
