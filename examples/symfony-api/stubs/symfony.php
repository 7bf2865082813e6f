<?php

// The few Symfony classes that src/ uses, so that the example can be analysed and tested without `composer install`.

namespace Symfony\Component\HttpFoundation {
    class Request
    {
        /** @var array<string, mixed> */
        public array $attributes = [];

        public function getContent(): string
        {
            return '';
        }

        public function query(string $key): ?string
        {
            return null;
        }
    }

    class Response
    {
        public function __construct(public string $content = '', public int $status = 200)
        {
        }

        public function getContent(): string
        {
            return $this->content;
        }

        public function getStatusCode(): int
        {
            return $this->status;
        }
    }

    class JsonResponse extends Response
    {
        /** @param mixed $data */
        public function __construct($data = null, int $status = 200)
        {
            parent::__construct((string) json_encode($data), $status);
        }
    }
}

namespace Symfony\Component\Routing\Attribute {
    #[\Attribute]
    class Route
    {
        /** @param list<string> $methods */
        public function __construct(public string $path, public ?string $name = null, public array $methods = [])
        {
        }
    }
}

namespace Symfony\Component\Messenger {
    interface MessageBusInterface
    {
        public function dispatch(object $message): object;
    }
}

namespace Symfony\Component\Console\Command {
    use Symfony\Component\Console\Input\InputInterface;
    use Symfony\Component\Console\Output\OutputInterface;

    abstract class Command
    {
        public const SUCCESS = 0;
        public const FAILURE = 1;

        public function __construct(private ?string $name = null)
        {
        }

        public function run(InputInterface $input, OutputInterface $output): int
        {
            return $this->execute($input, $output);
        }

        abstract protected function execute(InputInterface $input, OutputInterface $output): int;
    }
}

namespace Symfony\Component\Console\Input {
    interface InputInterface
    {
        /** @return string|bool|null */
        public function getOption(string $name);
    }
}

namespace Symfony\Component\Console\Output {
    interface OutputInterface
    {
        public function writeln(string $message): void;
    }
}
