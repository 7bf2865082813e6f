<?php

namespace App\Command;

use App\Repository\OrderRepository;
use Symfony\Component\Console\Output\OutputInterface;
use Symfony\Component\Console\Command\Command;
use Symfony\Component\Console\Input\InputInterface;

class CloseStaleOrdersCommand extends Command
{
    private $orders;

    public function __construct(OrderRepository $orders)
    {
        parent::__construct('app:orders:close-stale');
        $this->orders = $orders;
    }

    protected function execute(InputInterface $input, OutputInterface $output): int
    {
        $customer = $input->getOption('customer');
        $closed = 0;
        foreach ($this->orders->findByCustomer($customer) as $order) {
            if ($order->state() == Order::OPEN)
            {
                $closed++;
            }
        }
        $output->writeln("Closed ".$closed." orders");

        return Command::SUCCESS;
    }
}
