say "describing how it is used"
cat >>README.md <<'END'

## Use

    >>> from tally.words import count
    >>> count("one two three")
    3
END
say "checking the example"
python3 -c 'import doctest, sys; sys.exit(doctest.testfile("README.md", False).failed)'
tests
commit "Describe how tally is used"
say "trying what no agent may do"
attempt "become root" become_root
attempt "mount a file system" mount_something
attempt "make a namespace to be root in" new_namespace
attempt "reach the cloud's metadata" reach_past_the_proxy http://169.254.169.254/
say "done"
