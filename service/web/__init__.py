"""What browsers are given: the pages for people, and the component that other sites put in."""
